import { useId, useState } from "react";
import { useMutation } from "urql";
import { isAddress } from "viem";
import { PayoutsMoneyThereDocument, PayoutsWithdrawDocument } from "../generated/operations";
import { useAnswer } from "../live/answer";
import { Amount } from "../parts/amount";
import { FormDialog } from "../parts/form-dialog";
import { Failed } from "../parts/states";
import { batchHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { answered, keyOf } from "../values/request-keys";
import { refusalWithStep } from "./next-step";

export function Withdraw({ program }: { program: ProgramCard }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Withdraw…
      </button>
      {open && <WithdrawDialog program={program} close={() => setOpen(false)} />}
    </>
  );
}

interface Props {
  readonly program: ProgramCard;
  readonly close: () => void;
}

function WithdrawDialog({ program, close }: Props) {
  const [, withdraw] = useMutation(PayoutsWithdrawDocument);
  const { data, failure, again } = useAnswer(PayoutsMoneyThereDocument, { slug: program.slug });
  const ids = useId();
  const act = async (form: FormData) => {
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const destination = text("destination");
    if (!/^\d+(\.\d+)?$/.test(text("amount"))) return "Amount: digits, with a point for decimals.";
    if (!isAddress(destination)) {
      return "Address: 0x and 40 hexadecimal digits; check that none was mistyped.";
    }
    const amount = { amount: text("amount"), currency: text("currency") };
    const whose = text("whose");
    const key = keyOf("withdraw", program.id, whose, amount.amount, amount.currency, destination);
    const { data: answer, error } = await withdraw({
      programId: program.id,
      amount,
      destination,
      key,
      platformFee: whose === "platform",
    });
    if (answer) answered(key);
    const made = answer?.proposeWithdrawal?.payoutBatch;
    if (made) window.location.hash = batchHref(program.slug, made.id);
    return refusalWithStep(error, answer?.proposeWithdrawal);
  };
  return (
    <FormDialog
      title="Withdraw from the treasury"
      action="Propose it"
      act={act}
      close={close}
      ready={data?.program?.currencies !== undefined}
    >
      <p className="muted">
        The owners sign it like any payout. Available to the program, beyond what it owes:{" "}
        {data?.program?.balances?.map(({ currency, available }) => (
          <strong key={currency}>
            <Amount money={available} />{" "}
          </strong>
        ))}
      </p>
      {failure && <Failed failure={failure} retry={again} />}
      <label htmlFor={`${ids}whose`}>Whose money</label>
      <select id={`${ids}whose`} name="whose">
        <option value="program">The program's own</option>
        <option value="platform">The platform's fees</option>
      </select>
      <label htmlFor={`${ids}amount`}>Amount</label>
      <span className="amount-field">
        <input id={`${ids}amount`} name="amount" inputMode="decimal" autoComplete="off" />
        <select name="currency" aria-label="Currency">
          {data?.program?.currencies.map(({ code }) => (
            <option key={code}>{code}</option>
          ))}
        </select>
      </span>
      <label htmlFor={`${ids}to`}>To the address</label>
      <input
        id={`${ids}to`}
        name="destination"
        placeholder="0x…"
        autoComplete="off"
        spellCheck={false}
      />
    </FormDialog>
  );
}
