import { Actor } from "../parts/actor";
import { Fact } from "../parts/fact";
import { CopyButton, Hash } from "../parts/hash";
import { FullInstant } from "../parts/instant";
import { recipients } from "./batch-table";
import { signedBy } from "./signatures";
import type { Batch, PayingProgram } from "./use-batch";

export function BatchFacts({ program, batch }: Props) {
  const parts = batch.safeTransactions.length;
  const currency = program.currencies.find(({ code }) => code === batch.currency);
  return (
    <dl className="facts card">
      <Fact name="Pays">
        {recipients(batch.payoutCount)} in {parts} Safe transaction{parts === 1 ? "" : "s"}
      </Fact>
      <Fact name="Signatures">
        {signedBy(batch.safeTransactions)} of the {batch.requiredApprovals} that are needed
      </Fact>
      <Fact name="Treasury">
        <Hash value={program.treasury.address} />{" "}
        <CopyButton value={program.treasury.address} what="the treasury's address" />{" "}
        <span className="muted">
          Safe {program.treasury.version} on chain {program.chainId}
        </span>
      </Fact>
      {currency && (
        <Fact name="Token">
          <Hash value={currency.token} />{" "}
          <CopyButton value={currency.token} what="the token's address" />{" "}
          <span className="muted">
            {currency.code}, {currency.decimals} decimals
          </span>
        </Fact>
      )}
      <Fact name="Made by">
        <Actor actor={batch.createdBy} />
      </Fact>
      <Fact name="Made">
        <FullInstant at={batch.createdAt} />
      </Fact>
      {batch.executedAt && (
        <Fact name="Last execution">
          <FullInstant at={batch.executedAt} programTime />
        </Fact>
      )}
    </dl>
  );
}

interface Props {
  readonly program: PayingProgram;
  readonly batch: Batch;
}
