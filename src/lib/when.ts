/** Local time, to the minute, with the day unless it is today: `14:05`, `2026-12-01 00:10`. */
export function whenText(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const day = (d: Date) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return day(date) === day(new Date()) ? time : `${day(date)} ${time}`;
}
