import { useState } from "react";
import { useMutation } from "urql";
import { PauseProgramDocument, ResumeProgramDocument } from "../generated/operations";
import { ReasonDialog } from "../parts/reason-dialog";
import { useAccess, useMay } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { refusalOf } from "../values/outcome";

/** Admins of the program, its keys with MANAGE_PROGRAM, and operators by their wallets: a key of the platform does not. */
function useMayPause(): boolean {
  const manages = useMay("MANAGE_PROGRAM");
  const { operator, kind } = useAccess();
  return manages || (operator && kind === "WALLET");
}

/** Stops what the program signs, or lets it go on; why goes to the audit log. */
export function PauseProgram({ program }: { program: ProgramCard }) {
  // What was chosen stays, whoever else acts meanwhile: Enter never does the opposite.
  const [open, setOpen] = useState<"Pause" | "Resume" | null>(null);
  const [, pause] = useMutation(PauseProgramDocument);
  const [, resume] = useMutation(ResumeProgramDocument);
  const allowed = useMayPause();
  const { id, name } = program;
  const paused = program.pause !== null;
  const act = async (reason: string): Promise<string | null> => {
    if (open === "Resume") {
      const { data, error } = await resume({ id, reason });
      return refusalOf(error, data?.resumeProgram);
    }
    const { data, error } = await pause({ id, reason });
    return refusalOf(error, data?.pauseProgram);
  };
  if (!allowed || program.status === "ARCHIVED") return null;
  const verb = paused ? "Resume" : "Pause";
  return (
    <>
      <button type="button" onClick={() => setOpen(verb)}>
        {verb}… <span className="hidden">{name}</span>
      </button>
      {open !== null && (
        <ReasonDialog title={`${open} ${name}`} action={open} act={act} close={() => setOpen(null)}>
          <p className="muted">
            {open === "Resume"
              ? "What waits is signed and sent again, oldest first. Make sure that what paused it is mended."
              : "Intents are accepted and wait; nothing new is signed or paid until somebody resumes it. What is on the chain already goes on."}
          </p>
        </ReasonDialog>
      )}
    </>
  );
}
