import { Fact } from "../parts/fact";
import { CopyButton } from "../parts/hash";
import { FullInstant } from "../parts/instant";
import { affiliateHref, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { ChangeWallet } from "./change-wallet";
import type { Affiliate } from "./use-affiliate";

interface Props {
  readonly program: ProgramCard;
  readonly affiliate: Affiliate;
}

export function AffiliateFacts({ program, affiliate }: Props) {
  const { referralCode, wallet, depth, upline, createdAt } = affiliate;
  return (
    <dl className="facts card">
      <Fact name="Referral code">
        <code>{referralCode}</code> <CopyButton value={referralCode} what="the referral code" />
      </Fact>
      <Fact name="Referral link">
        <ReferralLink program={program} affiliate={affiliate} />
      </Fact>
      {wallet && (
        <Fact name="Wallet">
          <code className="break">{wallet}</code> <CopyButton value={wallet} what="the wallet" />{" "}
          <ChangeWallet program={program} affiliate={affiliate} />
        </Fact>
      )}
      <Fact name="Stands">
        {depth === 0 ? "at the top: a root" : `on level ${depth} below its root`}
        {upline.length > 0 && ", under "}
        {[...upline].reverse().map((each, index) => (
          <span key={each.id}>
            {index > 0 && " › "}
            <a href={affiliateHref(program.slug, each.id)}>
              {each.displayName ?? each.referralCode}
            </a>
          </span>
        ))}
      </Fact>
      <Fact name="Joined">
        <FullInstant at={createdAt} />
      </Fact>
    </dl>
  );
}

/** Where a wallet registers below this affiliate, if the program lets wallets register themselves. */
function ReferralLink({ program, affiliate }: Props) {
  if (affiliate.status === "TERMINATED") {
    return <span className="muted">None: nobody registers below a terminated affiliate.</span>;
  }
  if (!program.openRegistration) {
    return (
      <span className="muted">None: registration is closed, so an admin enters the code.</span>
    );
  }
  const link = new URL(
    programHref(program.slug, "affiliates", {
      ref: affiliate.referralCode,
    }),
    document.baseURI,
  );
  return (
    <>
      <code className="break">{link.href}</code>{" "}
      <CopyButton value={link.href} what="the referral link" />
    </>
  );
}
