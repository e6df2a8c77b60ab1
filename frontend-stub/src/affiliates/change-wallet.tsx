import { useRef, useState } from "react";
import { useLeave } from "../account/leave";
import { ChangeAffiliateWalletDocument, WalletChangeDocument } from "../generated/operations";
import { useApi } from "../live/api";
import { FormDialog } from "../parts/form-dialog";
import { useAccess } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { failureOf } from "../values/failure";
import { refusalOf } from "../values/outcome";
import { howLong } from "../values/time";
import { sameAddress } from "../wallets/wallet";
import { walletFor } from "../wallets/wallet-for";
import type { Affiliate } from "./use-affiliate";
import { notTheChange } from "./wallet-document";

interface Props {
  readonly program: ProgramCard;
  readonly affiliate: Affiliate;
}

/** For the affiliate itself: nobody else has its wallet's signature. */
export function ChangeWallet({ program, affiliate }: Props) {
  const { wallet, affiliateId } = useAccess();
  const [open, setOpen] = useState(false);
  if (wallet === null || affiliateId !== affiliate.id) return null;
  return (
    <>
      <button type="button" className="quiet small" onClick={() => setOpen(true)}>
        Change…
      </button>
      {open && (
        <ChangeDialog
          program={program}
          affiliate={affiliate}
          oldWallet={wallet}
          close={() => setOpen(false)}
        />
      )}
    </>
  );
}

function ChangeDialog({ program, affiliate, oldWallet, close }: Props & DialogProps) {
  const change = useWalletChange(program, affiliate, oldWallet);
  const { walletCoolDownHours } = affiliate.program;
  return (
    <FormDialog title="Change your wallet" action="Sign with both" act={change} close={close}>
      <p className="muted">
        Both wallets sign: this one, and the new one.{" "}
        {walletCoolDownHours > 0 &&
          `Payouts to the new one wait for ${howLong(walletCoolDownHours * 3_600)}, so that you see a change that was not yours. `}
        Then this page signs you out: sign in with the new wallet.
      </p>
      <label htmlFor="new-wallet">New wallet</label>
      <input id="new-wallet" name="wallet" autoComplete="off" spellCheck={false} />
    </FormDialog>
  );
}

const ended =
  "The session has ended with the old wallet: sign in with the new one to go on where you were.";

interface DialogProps {
  readonly oldWallet: string;
  readonly close: () => void;
}

/** Returns why it was not done, in words; null when it was. Raises WalletError. */
function useWalletChange({ chainId, slug }: ProgramCard, affiliate: Affiliate, oldWallet: string) {
  const { direct } = useApi();
  const leave = useLeave();
  // A browser's wallet may show one account at a time: what was signed before is not asked for again.
  const signatures = useRef(new Map<string, string>());
  const signed = async (address: string, document: unknown) => {
    const key = `${address} ${JSON.stringify(document)}`;
    const wallet = signatures.current.has(key) ? null : await walletFor(address);
    if (wallet) signatures.current.set(key, await wallet.signTypedData(document));
    return signatures.current.get(key) ?? "";
  };
  const { id, referralCode } = affiliate;
  const work = async (newWallet: string) => {
    const { data: given, error: lost } = await direct
      .query(WalletChangeDocument, { id, newWallet }, {})
      .toPromise();
    if (lost) return failureOf(lost).message;
    const document = given?.affiliateWalletChange?.typedData;
    const agreed = { chainId, program: slug, referralCode, oldWallet, newWallet };
    const other = notTheChange(document, agreed);
    if (other) return `${other} No wallet was asked.`;
    const oldSignature = await signed(oldWallet, document);
    const newSignature = await signed(newWallet, document);
    const variables = { id, newWallet, oldSignature, newSignature };
    const { data, error } = await direct
      .mutation(ChangeAffiliateWalletDocument, variables, {})
      .toPromise();
    const refusal = refusalOf(error, data?.changeAffiliateWallet);
    // The session is of a wallet that is no affiliate any more: the server closes its sockets, and leaves it as it is.
    if (refusal === null) await leave({ here: true, reason: ended });
    return refusal;
  };
  return async (form: FormData) => {
    const newWallet = String(form.get("wallet") ?? "").trim();
    if (!/^0x[0-9a-f]{40}$/i.test(newWallet)) return "New wallet: 0x and 40 hexadecimal digits.";
    if (sameAddress(newWallet, oldWallet)) return "New wallet: this is the one that you have.";
    return work(newWallet);
  };
}
