import { Fact } from "../parts/fact";
import { CopyButton, Hash } from "../parts/hash";
import { FullInstant } from "../parts/instant";
import { affiliateHref, programHref } from "../routing";
import { useMay } from "../shell/access";
import type { Detail } from "./detail";

interface Props {
  readonly slug: string;
  readonly intent: Detail;
}

export function Facts({ slug, intent }: Props) {
  const reads = useMay("READ");
  const referrer = intent.user?.referredBy;
  return (
    <dl className="facts card">
      {intent.wallet && (
        <Fact name="Wallet">
          <code className="break">{intent.wallet}</code>{" "}
          <CopyButton value={intent.wallet} what="the wallet" />
          {reads && (
            <a
              className="small-text"
              href={programHref(slug, "intents", { wallet: intent.wallet })}
            >
              All intents of this wallet
            </a>
          )}
        </Fact>
      )}
      <Fact name="Idempotency key">
        <code className="break">{intent.idempotencyKey}</code>{" "}
        <CopyButton value={intent.idempotencyKey} what="the idempotency key" />
      </Fact>
      <Fact name="Terms">version {intent.termsVersion}</Fact>
      {(referrer || intent.referralCode) && (
        <Fact name="Referred by">
          {referrer && reads ? (
            <a href={affiliateHref(slug, referrer.id)}>
              {referrer.displayName ?? referrer.referralCode}
            </a>
          ) : (
            referrer?.displayName
          )}{" "}
          <code>{referrer?.referralCode ?? intent.referralCode}</code>
        </Fact>
      )}
      {intent.user?.identityTokenId && (
        <Fact name="Identity token">
          <Hash value={intent.user.identityTokenId} />{" "}
          <CopyButton value={intent.user.identityTokenId} what="the identity token" />
        </Fact>
      )}
      <Fact name="Created">
        <FullInstant at={intent.createdAt} />
      </Fact>
      {intent.completedAt && (
        <Fact name="Completed">
          <FullInstant at={intent.completedAt} />
        </Fact>
      )}
    </dl>
  );
}
