import mark from "../mark.svg";
import type { Session } from "../session";
import { useDemo } from "../wallets/demo-wallets";
import { KeyForm } from "./key-form";
import { PeopleChooser } from "./people-chooser";
import "./sign-in.css";
import { useAttempt } from "./use-attempt";
import { WalletButtons } from "./wallet-buttons";

interface Props {
  /** Why the last session ended, when not by a person. */
  readonly ended: string | null;
  readonly signIn: Session["signIn"];
}

/** The address stays: who signs in is where it points. */
export function SignIn({ ended, signIn }: Props) {
  const attempt = useAttempt(signIn);
  const people = useDemo();
  return (
    <div className="sign-in">
      <title>Sign in · SGE</title>
      <Welcome />
      <main>
        {ended !== null && attempt.failed === null && (
          <div className="notice warn">
            <p role="alert">{ended}</p>
          </div>
        )}
        {people && <PeopleChooser demo={people} attempt={attempt} />}
        <WalletButtons attempt={attempt} optional={people !== null} />
        <section aria-labelledby="with-key">
          <h2 id="with-key">With a key</h2>
          <KeyForm attempt={attempt} />
        </section>
      </main>
    </div>
  );
}

function Welcome() {
  return (
    <header className="welcome">
      <div>
        <img src={mark} alt="" width={48} height={48} />
        <h1>Settlement, live</h1>
        <p>
          Every payment to its last confirmation, every commission to the account it is owed to.
        </p>
        <ul>
          <li>Nothing is reloaded: what changes on chain changes here.</li>
          <li>Each amount is exact, and each has its entries in the ledger.</li>
          <li>Before you sign a payout, this page checks it against what it shows you.</li>
        </ul>
      </div>
    </header>
  );
}
