import { useEffect, useRef, useState } from "react";
import {
  ReconciliationDiscrepancyDocument,
  type ReconciliationDiscrepancyQuery,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useChanges } from "../live/changes";
import { useCurrencies } from "../live/currencies";
import { Absent } from "../parts/absent";
import { Actor } from "../parts/actor";
import { Fact } from "../parts/fact";
import { CopyButton } from "../parts/hash";
import { FullInstant, Instant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { Failed, Loading } from "../parts/states";
import { codeWords } from "../parts/status";
import { ledgerTransactionHref, programHref, runHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { inCurrency, said } from "./amounts";
import { Explain } from "./explain";
import { SeverityMark } from "./mark";
import { Message } from "./message";
import { Subject } from "./subject";
import { kindWords } from "./words";

const changes = ["DISCREPANCY"] as const;

export type Discrepancy = Extract<
  ReconciliationDiscrepancyQuery["node"],
  { __typename: "Discrepancy" }
>;

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
}

/** One thing that differs: what that means, how to find out, and a person's word on it. */
export function DiscrepancyPage({ program: { id: programId, slug }, id }: Props) {
  const { data, failure, again } = useAnswer(ReconciliationDiscrepancyDocument, { slug, id });
  useChanges(data?.program, changes, again);
  const [done, setDone] = useState(false);
  const node = data?.node?.__typename === "Discrepancy" ? data.node : null;
  const discrepancy = node?.program.id === programId ? node : null;
  if (failure && !discrepancy) return <Failed failure={failure} retry={again} />;
  if (!data) return <Loading what="the discrepancy" />;
  if (!discrepancy) {
    return (
      <Absent title="No such discrepancy">
        <p>
          It does not exist, or belongs to another program.{" "}
          <a href={programHref(slug, "reconciliation")}>All discrepancies</a>
        </p>
      </Absent>
    );
  }
  const { meaning, next, title } = kindWords[discrepancy.kind];
  return (
    <article className="reconciled">
      <p className="back">
        <a href={programHref(slug, "reconciliation")}>← Discrepancies</a>
      </p>
      <PageTitle title={title}>
        <SeverityMark severity={discrepancy.severity} />
        <span key={String(discrepancy.resolvedAt)} className="changed tag">
          {discrepancy.resolvedAt ? "Explained" : "Open"}
        </span>
      </PageTitle>
      <p className="muted id-line">
        <code>{discrepancy.id}</code>{" "}
        <CopyButton value={discrepancy.id} what="the discrepancy's id" />
      </p>
      {failure && <Failed failure={failure} retry={again} />}
      <Evidence slug={slug} discrepancy={discrepancy} />
      <section aria-labelledby="meaning">
        <h2 id="meaning">What it means</h2>
        <p>{meaning}</p>
        {discrepancy.severity === "CRITICAL" && !discrepancy.resolvedAt && (
          <p>
            It is critical: the program is paused, and only a person resumes it, naming in the
            reason each critical one that is open.
          </p>
        )}
      </section>
      <section aria-labelledby="next">
        <h2 id="next">How to find out</h2>
        <p>{next}</p>
      </section>
      {discrepancy.resolvedAt ? (
        <Explained slug={slug} discrepancy={discrepancy} justNow={done} />
      ) : (
        <Explain
          slug={slug}
          discrepancy={discrepancy}
          done={() => {
            setDone(true);
            again();
          }}
        />
      )}
    </article>
  );
}

interface PartProps {
  readonly slug: string;
  readonly discrepancy: Discrepancy;
}

function Evidence({ slug, discrepancy }: PartProps) {
  const currencies = useCurrencies(slug);
  const { message, expected, actual, openedAt, run, entityId } = discrepancy;
  return (
    <div className="card">
      <Message text={inCurrency(message, currencies)} />
      <dl className="facts">
        {expected && (
          <Fact name="Expected">
            <span className="break">{said(discrepancy, expected, currencies)}</span>
          </Fact>
        )}
        {actual && (
          <Fact name="Is">
            <span className="break">{said(discrepancy, actual, currencies)}</span>
          </Fact>
        )}
        <Fact name="Open since">
          <FullInstant at={openedAt} />
        </Fact>
        {entityId && (
          <Fact name="About">
            <Subject slug={slug} id={entityId} />
          </Fact>
        )}
        <Fact name="Noticed by">
          {run ? (
            <a href={runHref(slug, run.id)}>
              the run of <Instant at={run.startedAt} />
            </a>
          ) : (
            "the watch over the chain and the work"
          )}
        </Fact>
      </dl>
    </div>
  );
}

/** justNow: the form that had the focus is gone, so what took its place gets it. */
function Explained({ slug, discrepancy, justNow }: PartProps & { justNow: boolean }) {
  const { resolvedAt, resolvedBy, note, posting } = discrepancy;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (justNow) heading.current?.focus();
  }, [justNow]);
  return (
    <section aria-labelledby="explained">
      <h2 id="explained" ref={heading} tabIndex={-1}>
        Explained
      </h2>
      <dl className="facts card">
        {note && (
          <Fact name="Note">
            <span className="break">{note}</span>
          </Fact>
        )}
        {resolvedBy && (
          <Fact name="By">
            <Actor actor={resolvedBy} />
          </Fact>
        )}
        {resolvedAt && (
          <Fact name="When">
            <FullInstant at={resolvedAt} />
          </Fact>
        )}
        <Fact name="Posted">
          {posting ? (
            <a href={ledgerTransactionHref(slug, posting.id)}>{codeWords(posting.kind)}</a>
          ) : (
            "nothing"
          )}
        </Fact>
      </dl>
    </section>
  );
}
