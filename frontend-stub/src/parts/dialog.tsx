import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** Over the page, with the focus kept within; Escape closes it, and the focus returns to where it was. */
export function Dialog({ title, close, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      const opener = before instanceof HTMLElement && before.isConnected ? before : null;
      (opener ?? document.getElementById("main"))?.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <h2 id={heading}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ReasonProps {
  readonly title: string;
  /** What will happen, in a sentence or two. */
  readonly children?: ReactNode;
  readonly action: string;
  /** What the text is called: a reason, a note. */
  readonly label?: string;
  /** Returns why it was refused; null when it was done. */
  readonly act: (reason: string, form: FormData) => Promise<string | null>;
  readonly close: () => void;
}

/** Asks why before it acts: the answer goes to the audit log. */
export function ReasonDialog({
  title,
  children,
  action,
  label = "Reason",
  act,
  close,
}: ReasonProps) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useId();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const form = new FormData(event.currentTarget);
    const reason = String(form.get("reason") ?? "").trim();
    if (!reason) return setRefusal(`${label}: say it in a few words.`);
    setBusy(true);
    const problem = await act(reason, form);
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
        <label htmlFor={field}>{label}</label>
        <input
          id={field}
          name="reason"
          required
          maxLength={500}
          autoComplete="off"
          aria-invalid={refusal !== null}
        />
        <p className="problem" role="alert">
          {refusal}
        </p>
        <p className="dialog-actions">
          <button type="button" className="quiet" onClick={leave} aria-disabled={busy}>
            Back
          </button>
          <button type="submit" className="primary" aria-disabled={busy}>
            {busy ? "Working…" : action}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
