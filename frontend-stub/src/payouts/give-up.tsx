import { useState } from "react";
import { useMutation } from "urql";
import {
  PayoutsCloseDocument,
  PayoutsCreateDocument,
  PayoutsRejectDocument,
} from "../generated/operations";
import { FormDialog } from "../parts/form-dialog";
import { ReasonDialog } from "../parts/reason-dialog";
import { batchHref } from "../routing";
import { useMay } from "../shell/access";
import { answered, keyOf } from "../values/request-keys";
import { refusalWithStep } from "./next-step";
import type { Batch, PayingProgram } from "./use-batch";

interface Props {
  readonly program: PayingProgram;
  readonly batch: Batch;
  readonly done: () => void;
}

type Step = "reject" | "replace" | "close";

/** What ends a batch that is not to be paid as it is. */
export function GiveUp({ program, batch, done }: Props) {
  const manages = useMay("MANAGE_PAYOUTS");
  const [step, setStep] = useState<Step | null>(null);
  const steps = stepsFor(batch);
  if (!manages || steps.length === 0) return null;
  const close = () => setStep(null);
  return (
    <>
      {steps.map((each) => (
        <button key={each} type="button" onClick={() => setStep(each)}>
          {names[each]}…
        </button>
      ))}
      {step === "reject" && <Reject batch={batch} done={done} close={close} />}
      {step === "replace" && <Replace program={program} batch={batch} close={close} />}
      {step === "close" && <Close program={program} batch={batch} close={close} />}
    </>
  );
}

const names: Record<Step, string> = { reject: "Reject", replace: "Replace", close: "Close" };

/** The server has the last word: another batch may have taken its place. */
function stepsFor({ status, safeTransactions }: Batch): readonly Step[] {
  const open = safeTransactions.filter(
    (each) => each.status !== "EXECUTED" && each.status !== "DEAD",
  );
  if (open.length === 0) return [];
  if (status === "REJECTED") return ["replace", "close"];
  if (open.some((each) => each.death !== null)) return ["replace", "reject"];
  return status === "PENDING_APPROVAL" || status === "APPROVED" ? ["reject"] : [];
}

interface StepProps {
  readonly batch: Batch;
  readonly close: () => void;
}

function Reject({ batch: { id }, done, close }: StepProps & { done: () => void }) {
  const [, reject] = useMutation(PayoutsRejectDocument);
  const act = async (reason: string) => {
    const { data, error } = await reject({ id, reason });
    const refusal = refusalWithStep(error, data?.rejectPayoutBatch);
    if (refusal === null) done();
    return refusal;
  };
  return (
    <ReasonDialog title="Reject this batch" action="Reject it" act={act} close={close}>
      <p className="muted">
        Nothing of it is relayed or takes signatures any more. What was signed elsewhere could still
        be executed, so afterwards replace it by a new batch, or close it.
      </p>
    </ReasonDialog>
  );
}

function Close({ program, batch, close }: StepProps & { program: PayingProgram }) {
  const [, closeBatch] = useMutation(PayoutsCloseDocument);
  const act = async (reason: string) => {
    const key = keyOf("close", batch.id, reason);
    const { data, error } = await closeBatch({ id: batch.id, reason, key });
    if (data) answered(key);
    const made = data?.closePayoutBatch?.payoutBatch;
    if (made) window.location.hash = batchHref(program.slug, made.id);
    return refusalWithStep(error, data?.closePayoutBatch);
  };
  return (
    <ReasonDialog title="Close this batch" action="Propose the closing" act={act} close={close}>
      <p className="muted">
        A new batch pays nobody and uses up the nonces that are still open. Once its owners have
        signed it, what was owed here is free for the next batch.
      </p>
    </ReasonDialog>
  );
}

function Replace({ program, batch, close }: StepProps & { program: PayingProgram }) {
  const [, create] = useMutation(PayoutsCreateDocument);
  const act = async () => {
    const key = keyOf("replace", batch.id);
    const { data, error } = await create({
      programId: program.id,
      currency: batch.currency,
      key,
      replaces: batch.id,
    });
    if (data) answered(key);
    const made = data?.createPayoutBatch?.payoutBatch;
    if (made) window.location.hash = batchHref(program.slug, made.id);
    return refusalWithStep(error, data?.createPayoutBatch);
  };
  return (
    <FormDialog title="Replace this batch" action="Make the new batch" act={act} close={close}>
      <p className="muted">
        What is not paid is proposed again at the same nonces, with what became due since. Owners
        sign it anew, except where nothing has changed.
      </p>
    </FormDialog>
  );
}
