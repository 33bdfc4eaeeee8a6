// Stands in until `npm run api` writes it out of the API's document: every path, every answer.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type paths = any;
