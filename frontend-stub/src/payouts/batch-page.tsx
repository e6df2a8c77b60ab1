import { PayoutsChangesDocument, type PayoutsChangesQuery } from "../generated/operations";
import { Absent } from "../parts/absent";
import { Amount } from "../parts/amount";
import { ExportButton } from "../parts/export-button";
import { CopyButton } from "../parts/hash";
import { PageTitle } from "../parts/page-title";
import { Failed, Loading } from "../parts/states";
import { batchHref, programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { Approval } from "./approval";
import { BatchFacts } from "./batch-facts";
import { Changes } from "./changes";
import { Excluded } from "./excluded";
import { GiveUp } from "./give-up";
import { useNotes } from "./notes";
import { Obstacles } from "./obstacles";
import { RecipientsSection } from "./recipients";
import { SafeTransactions } from "./safe-transactions";
import { Mark } from "./status-mark";
import { useBatch } from "./use-batch";
import { useProof } from "./use-proof";
import { useRecipients } from "./use-recipients";
import { batchWords } from "./words";

const changesOf = (data: PayoutsChangesQuery) => data.payoutBatch?.changes;

export function BatchPage({ program: { id: programId, slug }, id }: Props) {
  const { batch, program, situation, looked, failure, refetch } = useBatch(slug, id);
  const recipients = useRecipients(id, batch ? `${batch.version} ${batch.status}` : "");
  const compared = useProof(program, batch, recipients.rows);
  const changes = useNotes(PayoutsChangesDocument, id, changesOf);
  if (failure && !batch) return <Failed failure={failure} retry={refetch} />;
  if (batch === undefined) return <Loading what="the batch" />;
  if (batch === null || !program) {
    return (
      <Absent title="No such payout batch">
        <p>
          It does not exist, or belongs to another program.{" "}
          <a href={programHref(slug, "payouts")}>All payouts</a>
        </p>
      </Absent>
    );
  }
  return (
    <article className="payout-batch">
      <p className="back">
        <a href={programHref(slug, "payouts")}>← Payouts</a>
      </p>
      <PageTitle title="Payout batch">
        <Mark status={batch.status} words={batchWords[batch.status]} />
        <span className="hero-amount">
          <Amount money={batch.total} />
        </span>
        <span className="actions payout-actions">
          <GiveUp program={program} batch={batch} done={refetch} />
          <ExportButton
            programId={programId}
            kind="PAYOUT_BATCH"
            filter={{ batchId: id }}
            label="Export to verify"
          />
        </span>
      </PageTitle>
      <p className="muted id-line">
        <code>{batch.id}</code> <CopyButton value={batch.id} what="the batch's id" />
        {batch.replaces && (
          <>
            {" · takes the place of "}
            <a href={batchHref(slug, batch.replaces.id)}>an earlier batch</a>
          </>
        )}
      </p>
      {failure && <Failed failure={failure} retry={refetch} />}
      <Obstacles batch={batch} situation={situation} />
      <BatchFacts program={program} batch={batch} />
      <Changes slug={slug} changes={changes} />
      <Approval
        program={program}
        batch={batch}
        nonce={situation?.program.treasury.nonce ?? program.treasury.nonce}
        recipients={recipients}
        compared={compared}
        settled={changes.notes !== null && looked}
        done={refetch}
      />
      <SafeTransactions program={program} batch={batch} />
      <RecipientsSection slug={slug} batch={batch} recipients={recipients} />
      <Excluded slug={slug} id={id} />
    </article>
  );
}

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
}
