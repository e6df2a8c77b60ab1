import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "./dialog";

interface Props {
  readonly title: string;
  readonly action: string;
  /** Returns why it was refused; null when it was done, and the page has gone on. */
  readonly act: (form: FormData) => Promise<string | null>;
  readonly close: () => void;
  /** false while what can be chosen is being read. */
  readonly ready?: boolean;
  readonly children: ReactNode;
}

/** A few fields and what became of them. */
export function FormDialog({ title, action, act, close, ready = true, children }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy || !ready) return;
    setBusy(true);
    const problem = await act(new FormData(event.currentTarget));
    setBusy(false);
    setRefusal(problem);
    if (problem === null) close();
  };
  const leave = () => {
    if (!busy) close();
  };
  return (
    <Dialog title={title} close={leave}>
      <form className="reason-form" onSubmit={submit} noValidate>
        {children}
        <p className="problem" role="alert">
          {refusal}
        </p>
        <p className="dialog-actions">
          <button type="button" className="quiet" onClick={leave} aria-disabled={busy}>
            Back
          </button>
          <button type="submit" className="primary" aria-disabled={busy || !ready}>
            {busy ? "Working…" : action}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
