import { useState } from "react";
import { OwnIntentsDocument, type OwnIntentsQuery } from "../generated/operations";
import { type Source, usePages } from "../live/pages";
import { useWhileVisible } from "../live/while-visible";
import { PageTitle } from "../parts/page-title";
import { PagedRows, Total } from "../parts/paged-rows";
import { Empty } from "../parts/states";
import { useAccess } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import type { Row } from "./intent-list";
import { IntentTable } from "./intent-table";
import { PayButton, RegisterDialog } from "./pay";
import { useSettling } from "./use-settling";

const own: Source<OwnIntentsQuery, Row> = { pick: (data) => data.user?.intents };
/** A customer's events are those of each open intent; new ones may come from elsewhere. */
const pollMs = 10_000;

interface Props {
  readonly program: ProgramCard;
  readonly query: URLSearchParams;
}

/** What a customer registered and paid, as it settles. */
export function OwnPage({ program, query }: Props) {
  const { wallet, userId } = useAccess();
  if (wallet !== null && userId !== null) return <OwnList program={program} wallet={wallet} />;
  return <Newcomer program={program} wallet={wallet} referral={query.get("ref") ?? ""} />;
}

interface NewcomerProps {
  readonly program: ProgramCard;
  readonly wallet: string | null;
  readonly referral: string;
}

function Newcomer({ program, wallet, referral }: NewcomerProps) {
  const [open, setOpen] = useState(false);
  const mayRegister = wallet !== null && program.openRegistration;
  return (
    <>
      <PageTitle title="Your intents" />
      <Empty title="You are not a customer here yet">
        <p>
          Who registers sees the registration and every payment here, from the first step to the
          last.
        </p>
        {mayRegister && (
          <button type="button" className="primary" onClick={() => setOpen(true)}>
            Register…
          </button>
        )}
      </Empty>
      {mayRegister && open && (
        <RegisterDialog
          program={program}
          wallet={wallet}
          referral={referral}
          close={() => setOpen(false)}
        />
      )}
    </>
  );
}

function OwnList({ program, wallet }: { program: ProgramCard; wallet: string }) {
  const pages = usePages(OwnIntentsDocument, { programId: program.id, wallet }, own);
  useWhileVisible(pages.refresh, pollMs);
  const rows = useSettling(pages.rows, pages.refresh);
  return (
    <>
      <PageTitle title="Your intents">
        <Total total={pages.total} />
        <PayButton program={program} wallet={wallet} />
      </PageTitle>
      <PagedRows pages={pages} what="intents" none={{ title: "Nothing registered or paid yet" }}>
        {() => rows && <IntentTable slug={program.slug} rows={rows} />}
      </PagedRows>
    </>
  );
}
