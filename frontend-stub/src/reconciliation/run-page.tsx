import {
  type ReconciledDiscrepancyFragment,
  ReconciliationFoundDocument,
  type ReconciliationFoundQuery,
  type ReconciliationLookFragment,
  ReconciliationRunDocument,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useChanges } from "../live/changes";
import { useCurrencies } from "../live/currencies";
import { type Source, usePages } from "../live/pages";
import { Absent } from "../parts/absent";
import { Fact } from "../parts/fact";
import { CopyButton, Hash } from "../parts/hash";
import { FullInstant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { PagedRows } from "../parts/paged-rows";
import { Failed, Loading } from "../parts/states";
import { programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { lasted } from "../values/time";
import { DiscrepancyTable } from "./discrepancy-table";
import { RunMark } from "./mark";
import { RunChecks } from "./run-checks";

const ends = ["RECONCILIATION"] as const;

const found: Source<ReconciliationFoundQuery, ReconciledDiscrepancyFragment> = {
  pick: ({ node }) => (node?.__typename === "ReconciliationRun" ? node.discrepancies : null),
  live: { types: ["DISCREPANCY"], at: (data) => data.program },
};

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
}

export function RunPage({ program: { id: programId, slug }, id }: Props) {
  const { data, failure, again } = useAnswer(ReconciliationRunDocument, { slug, id });
  const node = data?.node?.__typename === "ReconciliationRun" ? data.node : null;
  const run = node?.program.id === programId ? node : null;
  useChanges(run?.status === "RUNNING" ? data?.program : null, ends, again);
  if (failure && !run) return <Failed failure={failure} retry={again} />;
  if (!data) return <Loading what="the run" />;
  if (!run) {
    return (
      <Absent title="No such run">
        <p>
          It does not exist, or belongs to another program.{" "}
          <a href={programHref(slug, "reconciliation/runs")}>All runs</a>
        </p>
      </Absent>
    );
  }
  return (
    <article className="reconciled">
      <p className="back">
        <a href={programHref(slug, "reconciliation/runs")}>← Runs</a>
      </p>
      <PageTitle title="Reconciliation run">
        <span key={run.status} className="changed">
          <RunMark status={run.status} />
        </span>
      </PageTitle>
      <p className="muted id-line">
        <code>{run.id}</code> <CopyButton value={run.id} what="the run's id" />
      </p>
      {failure && <Failed failure={failure} retry={again} />}
      <Progress run={run} />
      <RunFacts run={run} />
      {run.status === "DISCREPANCIES" && <FoundSection slug={slug} id={id} />}
      <RunChecks run={run} />
    </article>
  );
}

/** Checks are told when all of them are done: they see one snapshot, and say nothing before its end. */
function Progress({ run }: { run: ReconciliationLookFragment }) {
  return (
    <div role="status">
      {run.status === "RUNNING" && (
        <div className="notice calm">
          <p>
            <strong>Under way.</strong> A worker takes it within seconds, and this page shows the
            result by itself.
          </p>
        </div>
      )}
      {run.status === "FAILED" && (
        <div className="notice bad">
          <div>
            <p>
              <strong>It could not be carried out, which says nothing about the books.</strong>
            </p>
            {run.failure && <p className="break">It says: {run.failure}.</p>}
            <p>
              Put that right and run one again; a daily run is tried again by itself after ten
              minutes.
            </p>
          </div>
        </div>
      )}
    </div>
  );
}

function RunFacts({ run }: { run: ReconciliationLookFragment }) {
  return (
    <dl className="facts card">
      <Fact name="Asked for">
        <FullInstant at={run.startedAt} />
      </Fact>
      {run.finishedAt && <Fact name="Took">{lasted(run.startedAt, run.finishedAt)}</Fact>}
      {run.blockNumber && (
        <Fact name="As of block">
          {run.blockNumber}{" "}
          {run.blockHash && (
            <>
              <Hash value={run.blockHash} /> <CopyButton value={run.blockHash} what="the block" />
            </>
          )}
        </Fact>
      )}
    </dl>
  );
}

function FoundSection({ slug, id }: { slug: string; id: string }) {
  const pages = usePages(ReconciliationFoundDocument, { slug, id }, found);
  const currencies = useCurrencies(slug);
  return (
    <section aria-labelledby="found">
      <h2 id="found">What it came upon</h2>
      <PagedRows pages={pages} what="discrepancies" none={{ title: "Nothing that is open" }}>
        {(rows) => (
          <DiscrepancyTable
            slug={slug}
            label="What the run came upon"
            rows={rows}
            currencies={currencies}
          />
        )}
      </PagedRows>
    </section>
  );
}
