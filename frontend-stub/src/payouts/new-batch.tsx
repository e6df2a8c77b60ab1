import { useId, useState } from "react";
import { useMutation, useQuery } from "urql";
import { PayoutsCreateDocument, PayoutsMoneyThereDocument } from "../generated/operations";
import { FormDialog } from "../parts/form-dialog";
import { batchHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { freshKey } from "../values/fresh-key";
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
  const [key] = useState(freshKey);
  const [, create] = useMutation(PayoutsCreateDocument);
  const currencies = useCurrencies(program.slug);
  const field = useId();
  const act = async (form: FormData) => {
    const currency = String(form.get("currency") ?? "");
    if (!currency) return "Choose a currency.";
    const { data, error } = await create({ programId: program.id, currency, key });
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
      <label htmlFor={field}>Currency</label>
      <select id={field} name="currency">
        {currencies.map(({ code }) => (
          <option key={code}>{code}</option>
        ))}
      </select>
    </FormDialog>
  );
}

/** Empty until they are read. */
export function useCurrencies(slug: string): readonly { readonly code: string }[] {
  const [{ data }] = useQuery({ query: PayoutsMoneyThereDocument, variables: { slug } });
  return data?.program?.currencies ?? [];
}
