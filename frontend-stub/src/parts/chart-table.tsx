import { type ChartData, textOf, timeOf } from "./chart-data";
import { ScrollArea } from "./scroll-area";

const headings = { second: "Second", minute: "Minute", hour: "Hour", day: "Day" } as const;

/** The values that the chart draws, newest first. */
export function ChartTable({ label, data }: { label: string; data: ChartData }) {
  const { seconds, series, each } = data;
  return (
    <ScrollArea label={label}>
      <table className="chart-table">
        <caption className="hidden">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{headings[each]} (UTC)</th>
            {series.map(({ name }) => (
              <th key={name} scope="col" className="right">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {seconds
            .map((second, at) => ({ second, at }))
            .toReversed()
            .map(({ second, at }) => (
              <tr key={second}>
                <th scope="row">
                  <time dateTime={new Date(second * 1000).toISOString()}>
                    {timeOf(second, each)}
                  </time>
                </th>
                {series.map((one) => (
                  <td key={one.name} className="right amount">
                    {textOf(one, at)}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}
