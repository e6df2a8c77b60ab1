import { type ReactNode, useId, useState } from "react";
import { FormDialog } from "./form-dialog";

interface Props {
  readonly title: string;
  /** What will happen, in a sentence or two, and what else is asked. */
  readonly children?: ReactNode;
  readonly action: string;
  /** What the text is called: a reason, a note. */
  readonly label?: string;
  /** Returns why it was refused; null when it was done. */
  readonly act: (reason: string, form: FormData) => Promise<string | null>;
  readonly close: () => void;
}

/** Asks why before it acts: the answer goes to the audit log. */
export function ReasonDialog({ title, children, action, label = "Reason", act, close }: Props) {
  const field = useId();
  const [refused, setRefused] = useState(false);
  const withReason = async (form: FormData) => {
    const reason = String(form.get("reason") ?? "").trim();
    const problem = reason ? await act(reason, form) : `${label}: say it in a few words.`;
    setRefused(problem !== null);
    return problem;
  };
  return (
    <FormDialog title={title} action={action} act={withReason} close={close}>
      {children}
      <label htmlFor={field}>{label}</label>
      <input
        id={field}
        name="reason"
        required
        maxLength={500}
        autoComplete="off"
        aria-invalid={refused}
      />
    </FormDialog>
  );
}
