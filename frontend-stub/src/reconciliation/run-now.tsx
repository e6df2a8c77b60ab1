import { useId, useState } from "react";
import { useMutation } from "urql";
import { ReconciliationStartDocument } from "../generated/operations";
import { FormDialog } from "../parts/form-dialog";
import { runHref } from "../routing";
import { useMay } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { refusalOf } from "../values/outcome";
import { answered, keyOf } from "../values/request-keys";

export function RunNow({ program }: { program: ProgramCard }) {
  const [open, setOpen] = useState(false);
  if (!useMay("MANAGE_PROGRAM")) return null;
  return (
    <>
      <button type="button" className="primary" onClick={() => setOpen(true)}>
        Run now…
      </button>
      {open && <RunDialog program={program} close={() => setOpen(false)} />}
    </>
  );
}

interface Props {
  readonly program: ProgramCard;
  readonly close: () => void;
}

function RunDialog({ program, close }: Props) {
  const [, start] = useMutation(ReconciliationStartDocument);
  const ids = useId();
  const act = async (form: FormData) => {
    const full = form.get("extent") === "everything";
    const key = keyOf("reconcile", program.id, full ? "full" : "new");
    const { data, error } = await start({ programId: program.id, full, key });
    if (data) answered(key);
    const run = data?.runReconciliation?.run;
    if (run) window.location.hash = runHref(program.slug, run.id);
    return refusalOf(error, data?.runReconciliation);
  };
  return (
    <FormDialog title="Run a reconciliation" action="Run" act={act} close={close}>
      <p className="muted">
        Eleven checks in one snapshot, with the chain as of the same block. Where one is under way
        already, you are shown that one.
      </p>
      <fieldset className="extent">
        <legend>Look at</legend>
        <label htmlFor={`${ids}new`}>
          <input id={`${ids}new`} type="radio" name="extent" value="new" defaultChecked /> what came
          since the last clean run
        </label>
        <label htmlFor={`${ids}all`}>
          <input id={`${ids}all`} type="radio" name="extent" value="everything" /> everything
        </label>
      </fieldset>
    </FormDialog>
  );
}
