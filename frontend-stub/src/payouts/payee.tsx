import { affiliateHref } from "../routing";
import { useMay } from "../shell/access";

interface Props {
  readonly slug: string;
  readonly affiliate: {
    readonly id: string;
    readonly referralCode: string;
    readonly displayName: string | null;
  } | null;
  readonly user: { readonly id: string; readonly wallet: string } | null;
  /** What is said where neither is shown: a withdrawal pays nobody, and owners see no customers. */
  readonly otherwise: string;
}

/** Whom a payout is for; a link for those who may open it. */
export function Payee({ slug, affiliate, user, otherwise }: Props) {
  const reads = useMay("READ");
  if (affiliate) {
    const name = affiliate.displayName ?? affiliate.referralCode;
    return reads ? <a href={affiliateHref(slug, affiliate.id)}>{name}</a> : name;
  }
  return user ? "A customer" : otherwise;
}
