import { AffiliateLevelsDocument } from "../generated/operations";
import { useAnswer } from "../live/answer";
import { Amount } from "../parts/amount";
import { ScrollArea } from "../parts/scroll-area";
import { Failed, Loading } from "../parts/states";

/** What each level below brought: its members and customers, what those paid, and what of it was earned. */
export function Levels({ id, currency }: { id: string; currency: string }) {
  const { data, failure, again } = useAnswer(AffiliateLevelsDocument, { id, currency });
  const sums = data?.affiliate?.downlineSummary;
  if (failure && !sums) return <Failed failure={failure} retry={again} />;
  if (!sums) return <Loading what="the levels" />;
  return (
    <section aria-labelledby="levels">
      <h2 id="levels">By level</h2>
      <ScrollArea card label="The branch by level">
        <table className="levels">
          <caption className="hidden">The branch by level</caption>
          <thead>
            <tr>
              <th scope="col">Level</th>
              <th scope="col" className="right">
                Members
              </th>
              <th scope="col" className="right">
                Customers
              </th>
              <th scope="col" className="right">
                Volume
              </th>
              <th scope="col" className="right">
                Earned by it
              </th>
            </tr>
          </thead>
          <tbody>
            {sums.levels.map((level) => (
              <Row key={level.level} name={`Level ${level.level}`} sums={level} />
            ))}
          </tbody>
          <tfoot>
            <Row name="The branch" sums={sums} />
          </tfoot>
        </table>
      </ScrollArea>
    </section>
  );
}

interface Sums {
  readonly members: number;
  readonly referredUsers: number;
  readonly volume: { readonly amount: string; readonly currency: string };
  readonly earned: { readonly amount: string; readonly currency: string };
}

function Row({ name, sums }: { name: string; sums: Sums }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="right amount">{sums.members.toLocaleString("en")}</td>
      <td className="right amount">{sums.referredUsers.toLocaleString("en")}</td>
      <td className="right">
        <Amount money={sums.volume} />
      </td>
      <td className="right">
        <Amount money={sums.earned} />
      </td>
    </tr>
  );
}
