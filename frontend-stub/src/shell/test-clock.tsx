import { type FormEvent, useId, useState } from "react";
import { useMutation } from "urql";
import { AdvanceClockDocument } from "../generated/operations";
import { Dialog } from "../parts/dialog";
import { useProgramOffset } from "../parts/program-clock";
import { refusalOf } from "../values/outcome";
import { absolute } from "../values/time";
import { useMay } from "./access";
import type { ProgramCard } from "./programs";

const dayMs = 86_400_000;

/** Says that this is a test program, and lets who manages it move its clock forward: what is due by then is done. */
export function TestTag({ program }: { program: ProgramCard }) {
  const mayManage = useMay("MANAGE_PROGRAM");
  const offset = useProgramOffset();
  const [open, setOpen] = useState(false);
  const words = offset === 0 ? "Test" : `Test, ${Math.round(offset / dayMs)} d ahead`;
  if (!mayManage) return <span className="tag">{words}</span>;
  return (
    <>
      <button
        type="button"
        className="tag"
        title="Move this test program's clock forward"
        onClick={() => setOpen(true)}
      >
        {words}
      </button>
      {open && <MoveClock program={program} offset={offset} close={() => setOpen(false)} />}
    </>
  );
}

interface Props {
  readonly program: ProgramCard;
  readonly offset: number;
  readonly close: () => void;
}

function MoveClock({ program, offset, close }: Props) {
  const [, advance] = useMutation(AdvanceClockDocument);
  const [days, setDays] = useState("31");
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useId();
  const target = instantIn(Number(days), offset);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (target === null) return setRefusal("Enter whole days, 1 to 3650.");
    setBusy(true);
    const { data, error } = await advance({ programId: program.id, to: target });
    setBusy(false);
    const problem = refusalOf(error, data?.advanceClock);
    setRefusal(problem);
    if (problem === null) close();
  };
  return (
    <Dialog title={`Move the clock of ${program.name}`} close={close}>
      <form className="reason-form" onSubmit={submit} noValidate>
        <p className="muted">
          A test program has its own clock. What becomes due is done at once: commissions become
          payable, terms take effect. It never goes back.
        </p>
        <label htmlFor={field}>Days forward</label>
        <input
          id={field}
          inputMode="numeric"
          value={days}
          onChange={(event) => setDays(event.target.value)}
          aria-invalid={refusal !== null}
        />
        <p>{target === null ? "–" : <>It will be {absolute(target)}.</>}</p>
        <p className="problem" role="alert">
          {refusal}
        </p>
        <p className="dialog-actions">
          <button type="button" className="quiet" onClick={close}>
            Back
          </button>
          <button type="submit" className="primary" disabled={busy}>
            {busy ? "Moving…" : "Move the clock"}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

function instantIn(days: number, offset: number): string | null {
  if (!Number.isInteger(days) || days < 1 || days > 3650) return null;
  return new Date(Date.now() + offset + days * dayMs).toISOString();
}
