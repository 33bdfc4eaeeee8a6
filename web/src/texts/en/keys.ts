export const keys = {
  title: 'Keys',
  help: 'Show these keys',
  search: 'Search on this page',
  go: (page: string) => `Go to ${page}`,
  then: 'then',
};
