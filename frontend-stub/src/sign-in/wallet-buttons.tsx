import { Problem } from "../parts/problem";
import { type Discovered, useDiscovered } from "../wallets/discovery";
import { logInWith } from "./login";
import type { Attempt } from "./use-attempt";

interface Props {
  readonly attempt: Attempt;
  /** Nothing is said where there is another way in without a wallet. */
  readonly optional: boolean;
}

/** The wallets of this browser. */
export function WalletButtons({ attempt, optional }: Props) {
  const wallets = useDiscovered();
  const { busy, failed } = attempt;
  if (wallets.length === 0) return optional ? null : <NoWallet />;
  const own = wallets.map(wayOf);
  return (
    <section aria-labelledby="wallets">
      <h2 id="wallets">With your wallet</h2>
      <ul className="wallets">
        {wallets.map((found) => (
          <li key={found.id}>
            <WalletButton found={found} attempt={attempt} />
          </li>
        ))}
      </ul>
      {busy !== null && own.includes(busy) && (
        <p role="status">Your wallet asks you: the account first, then to sign who you are.</p>
      )}
      {failed && own.includes(failed.way) && (
        <Problem failure={failed.failure} again={failed.again} />
      )}
      <p className="muted small-text">You sign a text. It costs no gas and moves no money.</p>
    </section>
  );
}

function WalletButton({ found, attempt }: { found: Discovered; attempt: Attempt }) {
  const waits = attempt.busy === wayOf(found);
  const start = () =>
    attempt.begin(wayOf(found), async () => ({ kind: "wallet", token: await logInWith(found) }));
  return (
    <button type="button" className="wallet" onClick={start}>
      {waits ? `${found.name} asks you…` : `Continue with ${found.name}`}
    </button>
  );
}

function NoWallet() {
  return (
    <section aria-labelledby="wallets">
      <h2 id="wallets">With your wallet</h2>
      <p className="muted">
        This browser has no wallet. Install one, such as MetaMask or Rabby, and open this page again
        {", "}or use an API key.
      </p>
    </section>
  );
}

function wayOf({ id }: Discovered): string {
  return `wallet ${id}`;
}
