import { PageTitle } from "../parts/page-title";
import { affiliateHref, replacePlace } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { RegisterForm } from "./register";

interface Props {
  readonly program: ProgramCard;
  readonly wallet: string;
  /** From a referral link: whom the wallet will stand under. */
  readonly parent: string;
}

/** For a wallet that is no affiliate here, where registration is open. */
export function JoinPage({ program, wallet, parent }: Props) {
  return (
    <>
      <PageTitle title={`Become an affiliate of ${program.name}`} />
      <p className="hint muted">
        You earn a share of what customers pay who register with your referral code, and of what
        those pay whom your branch brings. It is paid to the wallet you are signed in with.
      </p>
      <div className="card join">
        <p>
          <code className="break">{wallet}</code>
        </p>
        <RegisterForm
          key={parent}
          program={program}
          wallet={wallet}
          parent={parent}
          done={(id) => replacePlace(affiliateHref(program.slug, id))}
        />
      </div>
    </>
  );
}
