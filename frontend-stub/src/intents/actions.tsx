import { type FormEvent, useState } from "react";
import { useMutation } from "urql";
import {
  CancelIntentDocument,
  type IntentAnswerFragment,
  RetryIntentDocument,
} from "../generated/operations";
import { useScope } from "../shell/scopes";
import { failureOf } from "../values/failure";
import type { Detail } from "./detail";

interface Props {
  readonly intent: Detail;
  readonly done: () => void;
}

/** What a person may do to the intent now; the server has the last word. */
export function Actions({ intent, done }: Props) {
  const mayManage = useScope("MANAGE_PROGRAM");
  const [open, setOpen] = useState(false);
  const [, retry] = useMutation(RetryIntentDocument);
  const [, cancel] = useMutation(CancelIntentDocument);
  const retryable = intent.status === "FAILED" && intent.failure?.retryable === true;
  if (!mayManage || (!retryable && intent.status !== "PENDING")) return null;
  const name = retryable ? "Retry" : "Cancel intent";
  const act = async (reason: string): Promise<string | null> => {
    const { id } = intent;
    const { data, error } = retryable
      ? await retry({ id, reason }).then((result) => ({
          ...result,
          data: result.data?.retryIntent,
        }))
      : await cancel({ id, reason }).then((result) => ({
          ...result,
          data: result.data?.cancelIntent,
        }));
    if (error) return failureOf(error).message;
    const refusal = refusalOf(data);
    if (refusal === null) {
      setOpen(false);
      done();
    }
    return refusal;
  };
  if (open) return <ReasonForm name={name} act={act} close={() => setOpen(false)} />;
  return (
    <p className="actions">
      <button type="button" onClick={() => setOpen(true)}>
        {name}…
      </button>
    </p>
  );
}

function refusalOf(answer: IntentAnswerFragment | null | undefined): string | null {
  if (!answer) return "The server gave no answer.";
  const [refusal] = answer.userErrors;
  return refusal ? `${refusal.message} (${refusal.code})` : null;
}

interface ReasonProps {
  readonly name: string;
  readonly act: (reason: string) => Promise<string | null>;
  readonly close: () => void;
}

/** Asks why: the reason goes to the timeline and the audit log. */
function ReasonForm({ name, act, close }: ReasonProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
    setBusy(true);
    setRefusal(await act(reason));
    setBusy(false);
  };
  return (
    <form className="card reason-form" onSubmit={submit}>
      <label htmlFor="reason">Reason</label>
      {/* biome-ignore lint/a11y/noAutofocus: the person just asked for this field */}
      <input id="reason" name="reason" required maxLength={500} autoFocus autoComplete="off" />
      <button type="submit" className="primary" disabled={busy}>
        {name}
      </button>
      <button type="button" className="quiet" onClick={close}>
        Back
      </button>
      <p className="problem" role="alert">
        {refusal}
      </p>
    </form>
  );
}
