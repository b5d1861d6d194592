"""What a model is trained and tested on: covariances, tasks and their mixtures, prompts, pools of tasks."""
