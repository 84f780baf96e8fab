const two = (number: number): string => String(number).padStart(2, '0');

/** Local time, to the minute: `2026-12-01 00:10`. */
export function stampText(at: number): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Local time, to the minute, with the day unless it is today: `14:05`, `2026-12-01 00:10`. */
export function whenText(at: number): string {
  const [stamp, now] = [stampText(at), stampText(Date.now())];
  return stamp.slice(0, 10) === now.slice(0, 10) ? stamp.slice(11) : stamp;
}
