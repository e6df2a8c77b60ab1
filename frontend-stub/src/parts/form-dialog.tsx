import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { type Remedy, WalletError } from "../wallets/wallet";
import { Dialog } from "./dialog";

interface Props {
  readonly title: string;
  readonly action: string;
  /** Returns why it was refused; null when it was done, and the page has gone on. What it raises is shown as well. */
  readonly act: (form: FormData) => Promise<string | null>;
  readonly close: () => void;
  /** false while what can be chosen is being read. */
  readonly ready?: boolean;
  readonly children: ReactNode;
}

/** A few fields and what became of them. */
export function FormDialog({ title, action, act, close, ready = true, children }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [remedy, setRemedy] = useState<Remedy | null>(null);
  const [busy, setBusy] = useState(false);
  const fields = useRef<HTMLFormElement>(null);
  /** Whether it was done. */
  const attempt = async (work: () => Promise<string | null>): Promise<boolean> => {
    setBusy(true);
    let [problem, next]: [string | null, Remedy | null] = [null, null];
    try {
      problem = await work();
    } catch (thrown) {
      const known = thrown instanceof WalletError ? thrown : null;
      problem = known?.message ?? "That did not work: try again.";
      next = known?.remedy ?? null;
    }
    setBusy(false);
    setRefusal(problem);
    setRemedy(next);
    return problem === null;
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy || !ready) return;
    const form = new FormData(event.currentTarget);
    if (await attempt(() => act(form))) close();
  };
  const repair = async (step: Remedy) => {
    const form = fields.current;
    if (!form) return;
    const once = async () => {
      await step.act();
      return act(new FormData(form));
    };
    if (await attempt(once)) close();
  };
  const leave = () => {
    if (!busy) close();
  };
  return (
    <Dialog title={title} close={leave}>
      <form ref={fields} className="reason-form" onSubmit={submit} noValidate>
        {children}
        <p className="problem" role="alert">
          {refusal}
        </p>
        {remedy && !busy && (
          <p>
            <button type="button" onClick={() => void repair(remedy)}>
              {remedy.name}
            </button>
          </p>
        )}
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
