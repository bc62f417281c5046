/** An error whose message is told to the person as it stands: a sentence without paths of the box. */
export class PlainError extends Error {}
