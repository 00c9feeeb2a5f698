export { registerTrainerCommand } from './command.js';
export { runTrainer, type TrainerStreams } from './job.js';
