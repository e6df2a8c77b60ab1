import { programOf, usePlace } from "../routing";
import { useAccess } from "../shell/access";
import { nameIn, useDemo } from "../wallets/demo-wallets";
import { sameAddress } from "../wallets/wallet";
import { Hash } from "./hash";

/** What the page knows a wallet by: whoever looks, and the demo's people. null: by its address alone. */
export function useNames(): (address: string) => string | null {
  const { wallet } = useAccess();
  const slug = programOf(usePlace());
  const people = useDemo()?.wallets ?? [];
  return (address) => {
    if (wallet !== null && sameAddress(wallet, address)) return "You";
    return nameIn(people, address, slug);
  };
}

/** A wallet by its name where it has one here, and always by the ends of its address: a name proves nothing. */
export function Person({ wallet }: { wallet: string }) {
  const name = useNames()(wallet);
  return (
    <span className="person-name">
      {name !== null && <strong>{name} </strong>}
      <Hash value={wallet} />
    </span>
  );
}
