import {
  type IntentKind,
  PayAuthorizationDocument,
  PayRegisterDocument,
  PaySubmitDocument,
} from "../generated/operations";
import { useApi } from "../live/api";
import { intentHref } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { failureOf } from "../values/failure";
import type { Money } from "../values/money";
import { refusalOf } from "../values/outcome";
import { answered, keyOf } from "../values/request-keys";
import { WalletError } from "../wallets/wallet";
import { walletFor } from "../wallets/wallet-for";
import { notAsAgreed } from "./authorization";

/** What a wallet is changes with it: the session is read again. */
const changesWho = { additionalTypenames: ["Viewer"] };

interface Charge extends Money {
  readonly decimals: number;
  readonly token: string;
}

/**
 * Registers a wallet or pays with it: the server's document is compared with what was typed, the wallet signs it, and the
 * page goes on to the intent. Each returns why that was refused; null when it was done.
 */
export function usePayment(program: ProgramCard, wallet: string) {
  const { client } = useApi();
  const { id: programId, chainId, slug } = program;

  const signed = async (kind: IntentKind, charge: Charge, key: string) => {
    const { amount, currency, decimals, token } = charge;
    const variables = { programId, kind, wallet, amount: { amount, currency }, key };
    const { data, error } = await client
      .query(PayAuthorizationDocument, variables, { requestPolicy: "network-only" })
      .toPromise();
    if (error) throw new Error(failureOf(error).message);
    const asked = data?.paymentAuthorization;
    if (!asked) throw new Error("The server gave nothing to sign: try again.");
    const other = notAsAgreed(asked.typedData, { wallet, chainId, amount, decimals, token });
    if (other) throw new Error(`${other} The wallet was not asked.`);
    const signature = await signatureOf(wallet, asked.typedData);
    return { validAfter: asked.validAfter, validBefore: asked.validBefore, signature };
  };

  const pay = (charge: Charge) =>
    inWords(async () => {
      const { amount, currency } = charge;
      const key = keyOf("pay", programId, wallet, amount, currency);
      const authorization = await signed("PAYMENT", charge, key);
      const input = {
        programId,
        wallet,
        amount: { amount, currency },
        idempotencyKey: key,
        authorization,
      };
      const { data, error } = await client.mutation(PaySubmitDocument, { input }).toPromise();
      if (data) answered(key);
      const made = data?.submitPayment?.intent;
      if (made) window.location.hash = intentHref(slug, made.id);
      return refusalOf(error, data?.submitPayment);
    });

  const register = (referralCode: string | null, fee: Charge | null) =>
    inWords(async () => {
      const key = keyOf("register", programId, wallet, referralCode ?? "");
      const payment = fee && (await signed("REGISTRATION", fee, key));
      const input = { programId, wallet, referralCode, idempotencyKey: key, payment };
      const { data, error } = await client
        .mutation(PayRegisterDocument, { input }, changesWho)
        .toPromise();
      if (data) answered(key);
      const made = data?.registerUser?.intent;
      if (made) window.location.hash = intentHref(slug, made.id);
      return refusalOf(error, data?.registerUser);
    });

  return { pay, register };
}

/** A wallet on another chain is asked to change, once: it asks the person by itself. */
async function signatureOf(address: string, document: unknown): Promise<string> {
  const wallet = await walletFor(address);
  try {
    return await wallet.signTypedData(document);
  } catch (problem) {
    if (!(problem instanceof WalletError) || !problem.remedy) throw problem;
    await problem.remedy.act();
    return wallet.signTypedData(document);
  }
}

async function inWords(act: () => Promise<string | null>): Promise<string | null> {
  try {
    return await act();
  } catch (problem) {
    return problem instanceof Error ? problem.message : "That did not work: try again.";
  }
}
