interface Props<T extends string> {
  readonly legend: string;
  readonly options: readonly T[];
  readonly chosen: readonly T[];
  readonly words: Record<T, string>;
  readonly choose: (next: readonly T[]) => void;
}

/** Any of a few: none chosen means all. */
export function Choice<T extends string>({ legend, options, chosen, words, choose }: Props<T>) {
  const toggled = (option: T) =>
    options.filter((each) => chosen.includes(each) !== (each === option));
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option} className="chip">
          <input
            type="checkbox"
            checked={chosen.includes(option)}
            onChange={() => choose(toggled(option))}
          />
          {words[option]}
        </label>
      ))}
    </fieldset>
  );
}
