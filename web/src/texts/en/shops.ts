export const shops = {
  title: 'Shops',
};
