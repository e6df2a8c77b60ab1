import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { beforeEach, describe, expect, it } from "vitest";
import { keptSignatures } from "./kept-signatures";
import { proofOf, recorded } from "./proof/recorded";
import { signAll, type ToSign } from "./signing";

const account = privateKeyToAccount(generatePrivateKey());
const owner = account.address;
const { transactions, contentHash } = proofOf(recorded("several"));
const waiting: ToSign[] = transactions.map((rebuilt) => ({ rebuilt, signatures: [] }));

class Memory {
  readonly #texts = new Map<string, string>();
  getItem = (name: string) => this.#texts.get(name) ?? null;
  setItem = (name: string, text: string) => void this.#texts.set(name, text);
  removeItem = (name: string) => void this.#texts.delete(name);
}

/** Refuses the question with this number. */
function wallet(refusing = 0) {
  let asked = 0;
  return {
    asked: () => asked,
    open: async () => ({
      signTypedData: async (document: unknown) => {
        asked += 1;
        if (asked === refusing) throw new Error("rejected");
        return account.signTypedData(document as never);
      },
    }),
  };
}

let tab: Memory;
beforeEach(() => {
  tab = new Memory();
});
const kept = (hash = String(contentHash), of: string = owner) =>
  keptSignatures("bat_1", hash, of, tab);
const silent = () => {};

describe("signing a large batch", () => {
  it("asks once for each, in order, and counts", async () => {
    const places: string[] = [];
    const signatures = await signAll(owner, waiting, kept(), wallet().open, (place, count) =>
      places.push(`${place} of ${count}`),
    );
    expect(places).toEqual(["1 of 3", "2 of 3", "3 of 3"]);
    expect(new Set(signatures).size).toBe(3);
  });

  it("goes on after an interruption with what is missing", async () => {
    const first = wallet(3);
    await expect(signAll(owner, waiting, kept(), first.open, silent)).rejects.toThrow("rejected");
    expect(kept().count()).toBe(2);
    const second = wallet();
    const places: string[] = [];
    const signatures = await signAll(owner, waiting, kept(), second.open, (place, count) =>
      places.push(`${place} of ${count}`),
    );
    expect(second.asked()).toBe(1);
    expect(places).toEqual(["1 of 1"]);
    expect(signatures).toEqual(await signAll(owner, waiting, kept("0x1"), wallet().open, silent));
  });

  it("takes nothing over from another content or another owner", async () => {
    await signAll(owner, waiting, kept(), wallet().open, silent);
    expect(kept().count()).toBe(3);
    expect(kept("0xother").count()).toBe(0);
    expect(kept(String(contentHash), "0xsomebody").count()).toBe(0);
    tab.setItem(`sge.signatures.bat_1.${owner}`, "{not json");
    expect(kept().count()).toBe(0);
  });

  it("uses what the server has of this owner only when it is a signature of this hash", async () => {
    const [own = ""] = await signAll(owner, waiting, kept(), wallet().open, silent);
    tab = new Memory();
    const stored = waiting.map((one) => ({ ...one, signatures: [{ owner, signature: own }] }));
    const asked = wallet();
    const signatures = await signAll(owner, stored, kept(), asked.open, silent);
    expect(asked.asked()).toBe(2);
    expect(signatures[0]).toBe(own);
  });

  it("asks for nothing more once nobody waits", async () => {
    const left = new AbortController();
    const asked = wallet();
    const leaving = (place: number) => {
      if (place === 2) left.abort();
    };
    await expect(
      signAll(owner, waiting, kept(), asked.open, leaving, left.signal),
    ).rejects.toThrow();
    expect(asked.asked()).toBe(1);
    expect(kept().count()).toBe(1);
  });

  it("does not ask a wallet that was opened after nobody waits", async () => {
    const left = new AbortController();
    const asked = wallet();
    const opening = async () => {
      left.abort();
      return asked.open();
    };
    await expect(signAll(owner, waiting, kept(), opening, silent, left.signal)).rejects.toThrow();
    expect(asked.asked()).toBe(0);
  });
});
