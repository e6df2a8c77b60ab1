import { useState } from "react";
import { useMutation } from "urql";
import { type SystemLaneFragment, UnhaltLaneDocument } from "../generated/operations";
import { ReasonDialog } from "../parts/reason-dialog";
import { refusalOf } from "../values/outcome";

/** For operators: takes a lane back that somebody else's nonce, or a person, has halted. */
export function UnhaltLane({ lane }: { lane: SystemLaneFragment }) {
  const [open, setOpen] = useState(false);
  const [, unhalt] = useMutation(UnhaltLaneDocument);
  const act = async (reason: string): Promise<string | null> => {
    const { data, error } = await unhalt({ id: lane.id, reason });
    return refusalOf(error, data?.unhaltLane);
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Take it back…
      </button>
      {open && (
        <ReasonDialog
          title="Take the lane back"
          action="Take it back"
          act={act}
          close={() => setOpen(false)}
        >
          <p className="muted">
            First look at the relayer's address in the chain's explorer. A transaction that nobody
            of you sent means that the key is stolen: then leave the lane halted, and move its money
            away. Otherwise say which nonces you sent yourselves; it takes new work at once.
          </p>
          <p className="muted break">
            Relayer <code>{lane.relayer}</code>, halted: {lane.haltReason ?? "no reason was given"}
          </p>
        </ReasonDialog>
      )}
    </>
  );
}
