import {
  type LedgerPostedFragment,
  LedgerTransactionDocument,
  type LedgerTransactionQuery,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useWhileVisible } from "../live/while-visible";
import { Absent } from "../parts/absent";
import { Fact } from "../parts/fact";
import { CopyButton, Hash } from "../parts/hash";
import { FullInstant, Instant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { Failed, Loading } from "../parts/states";
import { ledgerTransactionHref, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { Entries } from "./entries";
import { Movements } from "./movements";
import { Source } from "./source";
import { transactionReasons, transactionWords } from "./words";

/** A transaction never changes: it is sealed within seconds, and another one may take it back. */
const sealsMs = 2_000;
const lookMs = 15_000;

type Transaction = Extract<LedgerTransactionQuery["node"], { __typename: "LedgerTransaction" }>;

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
}

/** One business event: why it was posted, and its entries. It never changes; what takes it back may come. */
export function TransactionPage({ program: { id: programId, slug }, id }: Props) {
  const { data, failure, again } = useAnswer(LedgerTransactionDocument, { slug, id });
  const found = data?.node?.__typename === "LedgerTransaction" ? data.node : null;
  const transaction = found?.program.id === programId ? found : null;
  useWhileVisible(again, transaction && !transaction.seal ? sealsMs : lookMs);
  if (failure && !transaction) return <Failed failure={failure} retry={again} />;
  if (!data) return <Loading what="the transaction" />;
  if (!transaction) {
    return (
      <Absent title="No such transaction">
        <p>
          It does not exist, or belongs to another program.{" "}
          <a href={programHref(slug, "ledger/transactions")}>All transactions</a>
        </p>
      </Absent>
    );
  }
  return (
    <article className="ledger-object">
      <p className="back">
        <a href={programHref(slug, "ledger/transactions")}>← Transactions</a>
      </p>
      <PageTitle title={transactionWords[transaction.kind]} />
      <p>{transactionReasons[transaction.kind]}</p>
      <p className="muted id-line">
        <code>{transaction.id}</code>{" "}
        <CopyButton value={transaction.id} what="the transaction's id" />
      </p>
      <Facts slug={slug} transaction={transaction} />
      <Entries slug={slug} id={id} />
      <Movements movements={transaction.movements ?? []} />
    </article>
  );
}

interface FactsProps {
  readonly slug: string;
  readonly transaction: Transaction;
}

function Facts({ slug, transaction }: FactsProps) {
  const { reference, description, effectiveAt, postedAt, source, seal } = transaction;
  return (
    <dl className="facts card">
      {source && (
        <Fact name="Posted for">
          <Source slug={slug} source={source} />
        </Fact>
      )}
      {description && <Fact name="Note">{description}</Fact>}
      <Fact name="Reference">
        <code className="break">{reference}</code>{" "}
        <CopyButton value={reference} what="the reference" />
      </Fact>
      <Fact name="Effective, in the program's time">
        <FullInstant at={effectiveAt} programTime />
      </Fact>
      <Fact name="Posted">
        <FullInstant at={postedAt} />
      </Fact>
      <Fact name="Sealed">
        {seal ? (
          <>
            number {Number(seal.number).toLocaleString("en")}, <Hash value={seal.hash} />{" "}
            <CopyButton value={seal.hash} what="the seal" />
          </>
        ) : (
          "not yet: within seconds"
        )}
      </Fact>
      <TakenBack slug={slug} transaction={transaction} />
    </dl>
  );
}

function TakenBack({ slug, transaction: { reverses, reversals } }: FactsProps) {
  return (
    <>
      {reverses && (
        <Fact name="Takes back">
          <PostedLink slug={slug} posted={reverses} />
        </Fact>
      )}
      {reversals.length > 0 && (
        <Fact name="Taken back by">
          {reversals.map((each) => (
            <PostedLink key={each.id} slug={slug} posted={each} />
          ))}
        </Fact>
      )}
    </>
  );
}

function PostedLink({ slug, posted: { id, kind, postedAt } }: LinkProps) {
  return (
    <span className="posted-link">
      <a href={ledgerTransactionHref(slug, id)}>{transactionWords[kind]}</a>{" "}
      <span className="muted small-text">
        <Instant at={postedAt} />
      </span>
    </span>
  );
}

interface LinkProps {
  readonly slug: string;
  readonly posted: LedgerPostedFragment;
}
