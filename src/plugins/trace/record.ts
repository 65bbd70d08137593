/** What a tap tells its tracer, one JSON a line: a message, or bytes that are none, as they went by. */
export interface TapRecord {
  /** In ms since 1970, with fractions. */
  readonly time: number;
  readonly from: 'node' | 'plugin';
  readonly text: string;
}

export const encodeRecord = (record: TapRecord): string => `${JSON.stringify(record)}\n`;
