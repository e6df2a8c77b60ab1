import { useId, useState } from "react";
import { useMutation } from "urql";
import { PayoutsCreateDocument, PayoutsMoneyThereDocument } from "../generated/operations";
import { useAnswer } from "../live/answer";
import { FormDialog } from "../parts/form-dialog";
import { Failed } from "../parts/states";
import { batchHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { answered, keyOf } from "../values/request-keys";
import { refusalWithStep } from "./next-step";

export function NewBatch({ program }: { program: ProgramCard }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="primary" onClick={() => setOpen(true)}>
        New batch…
      </button>
      {open && <NewBatchDialog program={program} close={() => setOpen(false)} />}
    </>
  );
}

interface Props {
  readonly program: ProgramCard;
  readonly close: () => void;
}

function NewBatchDialog({ program, close }: Props) {
  const [, create] = useMutation(PayoutsCreateDocument);
  const { data, failure, again } = useAnswer(PayoutsMoneyThereDocument, { slug: program.slug });
  const currencies = data?.program?.currencies ?? [];
  const field = useId();
  const act = async (form: FormData) => {
    const currency = String(form.get("currency") ?? "");
    if (!currency) return "Choose a currency.";
    const key = keyOf("batch", program.id, currency);
    const { data, error } = await create({ programId: program.id, currency, key });
    if (data) answered(key);
    const made = data?.createPayoutBatch?.payoutBatch;
    if (made) window.location.hash = batchHref(program.slug, made.id);
    return refusalWithStep(error, data?.createPayoutBatch);
  };
  return (
    <FormDialog
      title="New payout batch"
      action="Make the batch"
      act={act}
      close={close}
      ready={currencies.length > 0}
    >
      <p className="muted">
        It takes everything that is due now: commissions whose holding period is over, and refunds.
        Nothing is paid before the treasury's owners have signed it.
      </p>
      {failure && <Failed failure={failure} retry={again} />}
      <label htmlFor={field}>Currency</label>
      <select id={field} name="currency">
        {currencies.map(({ code }) => (
          <option key={code}>{code}</option>
        ))}
      </select>
    </FormDialog>
  );
}
