"""What staff are told away from their desk: deadlines that come and pass, by mail and in a calendar."""
