import type { ReactNode } from "react";
import { CopyButton, Hash } from "../parts/hash";
import { FullInstant } from "../parts/instant";
import type { Detail } from "./detail";

export function Facts({ intent }: { intent: Detail }) {
  const referrer = intent.user?.referredBy;
  return (
    <dl className="facts card">
      {intent.wallet && (
        <Fact name="Wallet">
          <code className="break">{intent.wallet}</code>{" "}
          <CopyButton value={intent.wallet} what="the wallet" />
        </Fact>
      )}
      <Fact name="Idempotency key">
        <code className="break">{intent.idempotencyKey}</code>
      </Fact>
      <Fact name="Terms">version {intent.termsVersion}</Fact>
      {(referrer || intent.referralCode) && (
        <Fact name="Referred by">
          {referrer?.displayName ?? ""} <code>{referrer?.referralCode ?? intent.referralCode}</code>
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

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
