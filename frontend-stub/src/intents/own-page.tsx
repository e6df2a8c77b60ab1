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
import { PayButton, RegisterButton } from "./pay";
import { useSettling } from "./use-settling";

const own: Source<OwnIntentsQuery, Row> = { pick: (data) => data.user?.intents };
/** A customer's events are those of each open intent; new ones may come from elsewhere. */
const pollMs = 10_000;

/** What a customer registered and paid, as it settles. */
export function OwnPage({ program, query }: { program: ProgramCard; query: URLSearchParams }) {
  const { wallet, userId } = useAccess();
  return (
    <>
      {wallet !== null && userId !== null ? (
        <OwnList program={program} wallet={wallet} />
      ) : (
        <>
          <PageTitle title="Your intents" />
          <Empty title="You are not a customer here yet">
            <p>
              Who registers sees the registration and every payment here, from the first step to the
              last.
            </p>
            {wallet !== null && program.openRegistration && (
              <div className="empty-step">
                <RegisterButton
                  program={program}
                  wallet={wallet}
                  referral={query.get("referral") ?? ""}
                />
              </div>
            )}
          </Empty>
        </>
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
