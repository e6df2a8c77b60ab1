import { changeQuery } from "../routing";
import { type RangeName, rangeNames, ranges } from "./range";

/** The range is in the address: a link to this page is a link to what it shows. */
export function RangeChoice({ range }: { range: RangeName }) {
  return (
    <fieldset className="choice range">
      <legend>Charts show the last</legend>
      {rangeNames.map((name) => (
        <label key={name} className="chip">
          <input
            type="radio"
            name="range"
            checked={name === range}
            onChange={() => changeQuery({ range: name === "hour" ? null : name })}
          />
          {ranges[name].words}
        </label>
      ))}
    </fieldset>
  );
}
