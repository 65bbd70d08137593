/** Which lightningd a program is: Core Lightning's own, or the one that ln-play brings along. */
export type Implementation = 'cln' | 'embedded';
