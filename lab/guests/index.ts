export { credentialsFit, everyVm, guestByAddress, guestByVmId } from './find.ts';
export { type GuestAnswer, runGuestScript } from './run.ts';
