import { useState } from "react";
import { useMutation } from "urql";
import {
  AccountEndSessionDocument,
  AccountSessionsDocument,
  type AccountSessionsQuery,
} from "../generated/operations";
import { useAnswer } from "../live/answer";
import { Dialog } from "../parts/dialog";
import { Instant } from "../parts/instant";
import { Failed, Loading } from "../parts/states";
import { refusalOf } from "../values/outcome";
import { deviceOf } from "./device";

type Session = NonNullable<AccountSessionsQuery["viewer"]>["sessions"][number];

/** Where the wallet is signed in, to end what is not this person's any more. */
export function SessionsDialog({ close }: { close: () => void }) {
  const { data, failure, again } = useAnswer(AccountSessionsDocument, {});
  const [, endSession] = useMutation(AccountEndSessionDocument);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const sessions = data?.viewer?.sessions;
  const others = sessions?.filter(({ current }) => !current) ?? [];
  const end = async (some: readonly Session[]) => {
    setBusy(true);
    let problem: string | null = null;
    for (const { id } of some) {
      const answer = await endSession({ id });
      problem = refusalOf(answer.error, answer.data?.revokeSession);
      if (problem !== null) break;
    }
    setRefusal(problem);
    setBusy(false);
    again();
  };
  return (
    <Dialog title="Where this wallet is signed in" close={close}>
      {failure && !sessions && <Failed failure={failure} retry={again} />}
      {!failure && !sessions && <Loading what="sessions" />}
      <ul className="sessions">
        {sessions?.map((session) => (
          <SessionRow
            key={session.id}
            session={session}
            busy={busy}
            end={() => void end([session])}
          />
        ))}
      </ul>
      <p className="problem" role="alert">
        {refusal}
      </p>
      <p className="dialog-actions">
        {others.length > 1 && (
          <button type="button" onClick={() => void end(others)} disabled={busy}>
            {busy ? "Ending…" : `End all ${others.length} others`}
          </button>
        )}
        <button type="button" className="quiet" onClick={close}>
          Close
        </button>
      </p>
    </Dialog>
  );
}

interface RowProps {
  readonly session: Session;
  readonly busy: boolean;
  readonly end: () => void;
}

function SessionRow({ session, busy, end }: RowProps) {
  const { createdAt, lastUsedAt, expiresAt, userAgent, current } = session;
  const device = deviceOf(userAgent);
  return (
    <li>
      <div>
        <p title={userAgent ?? undefined}>
          <strong>{device}</strong> {current && <span className="tag active">This one</span>}
        </p>
        <p className="muted small-text">
          signed in <Instant at={createdAt} />
          {lastUsedAt && (
            <>
              {", used "}
              <Instant at={lastUsedAt} />
            </>
          )}
          {", ends "}
          <Instant at={expiresAt} />
        </p>
      </div>
      {!current && (
        <button type="button" className="small" onClick={end} disabled={busy}>
          End<span className="hidden"> the session of {device}</span>
        </button>
      )}
    </li>
  );
}
