import { Hash } from "../parts/hash";
import { madeBy } from "./words";

export function Actor({ actor }: { actor: string }) {
  const { wallet, words } = madeBy(actor);
  return wallet ? <Hash value={wallet} /> : <span className="break">{words}</span>;
}
