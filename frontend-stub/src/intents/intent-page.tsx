import { useEffect, useState } from "react";
import {
  IntentDetailDocument,
  IntentProgressedDocument,
  type IntentProgressFragment,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { useStream } from "../live/stream";
import { useWhileVisible } from "../live/while-visible";
import { Absent } from "../parts/absent";
import { Amount } from "../parts/amount";
import { CopyButton } from "../parts/hash";
import { PageTitle } from "../parts/page-title";
import { Failed, Loading } from "../parts/states";
import { codeWords, kindWords, StatusMark } from "../parts/status";
import { programHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { Actions } from "./actions";
import { Attempts } from "./attempts";
import type { Detail } from "./detail";
import { Facts } from "./facts";
import { Obstacle } from "./obstacle";
import { isLastProgress, isOnItsWay, isOver } from "./progress";
import { SettlementSection } from "./settlement";
import { Steps } from "./steps";
import { Timeline } from "./timeline";

interface Props {
  readonly program: ProgramCard;
  readonly id: string;
}

export function IntentPage({ program: { id: programId, slug }, id }: Props) {
  const { intent, failure, refetch } = useLiveIntent(programId, id);
  if (failure && !intent) return <Failed failure={failure} retry={refetch} />;
  if (intent === undefined) return <Loading what="the intent" />;
  if (intent === null) {
    return (
      <Absent title="No such intent">
        <p>
          It does not exist, or belongs to another program.{" "}
          <a href={programHref(slug, "intents")}>All intents</a>
        </p>
      </Absent>
    );
  }
  return (
    <article className="intent">
      <p className="back">
        <a href={programHref(slug, "intents")}>← Intents</a>
      </p>
      <PageTitle title={kindWords[intent.kind]}>
        <StatusMark status={intent.status} />
        {intent.amount && (
          <span className="hero-amount">
            <Amount money={intent.amount} />
          </span>
        )}
      </PageTitle>
      <p className="muted id-line">
        <code>{intent.id}</code> <CopyButton value={intent.id} what="the intent's id" />
      </p>
      {failure && <Failed failure={failure} retry={refetch} />}
      <Steps intent={intent} />
      {intent.failure && (
        <div className="notice bad">
          <p>
            <strong>{codeWords(intent.failure.code)}.</strong> {intent.failure.message}
          </p>
        </div>
      )}
      {intent.stuck && <Obstacle slug={slug} stuck={intent.stuck} />}
      <Actions intent={intent} done={refetch} />
      <Facts slug={slug} intent={intent} />
      <Timeline transitions={intent.timeline} />
      <Attempts attempts={intent.attempts} />
      {intent.settlement && <SettlementSection slug={slug} settlement={intent.settlement} />}
    </article>
  );
}

/** What happens after the end (another person's retry, a refund, a commission that becomes payable) no stream tells. */
const lookMs = 15_000;
const catchUpMs = 2_000;
/** A transaction that has not ended by then waits for something else: it may do so for days. */
const endsSoonMs = 60_000;

/** The whole intent, read again each time its live status has a newer version. */
function useLiveIntent(programId: string, id: string) {
  const { data, failure, again: refetch } = useAnswer(IntentDetailDocument, { id });
  const stored = data?.intent?.program.id === programId ? data.intent : null;
  const over = data?.intent && isOver(data.intent);
  const live = useStream(IntentProgressedDocument, over ? null : { id }, isLastProgress);
  const progress = live.data?.intentStatus;
  const behind = stored && progress && progress.version > stored.version;
  const gap = behind ? `${stored.version} to ${progress.version}` : null;
  useEffect(() => {
    if (gap) refetch();
  }, [gap, refetch]);
  // An answer may come from a replica that is behind the stream, and a transaction ends a moment after its intents.
  const ending = useAtMost(Boolean(over && data.intent?.attempts.some(isOnItsWay)), endsSoonMs);
  const late = gap || ending;
  useWhileVisible(over || late ? refetch : null, late ? catchUpMs : lookMs);
  return {
    intent: stored ? withProgress(stored, progress) : data ? null : undefined,
    failure,
    refetch,
  };
}

/** Whether it is so, and has been for no longer than that. */
function useAtMost(so: boolean, longestMs: number): boolean {
  const [past, setPast] = useState(false);
  useEffect(() => {
    if (!so) return;
    const timer = setTimeout(() => setPast(true), longestMs);
    return () => {
      clearTimeout(timer);
      setPast(false);
    };
  }, [so, longestMs]);
  return so && !past;
}

function withProgress(intent: Detail, progress: IntentProgressFragment | undefined): Detail {
  return progress && progress.version >= intent.version ? { ...intent, ...progress } : intent;
}
