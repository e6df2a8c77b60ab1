/** Three significant digits are what the eye can follow. */
export function significant(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

/** "1 day", "1,234 days". */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : several}`;
}
