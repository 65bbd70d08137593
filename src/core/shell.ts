/** A word of a POSIX shell or of fish, quoted where it has to be: `'/tmp/my plugins/hello.js'`. */
export const shellWord = (text: string): string =>
  /^[\w./-][\w./=:@+-]*$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
