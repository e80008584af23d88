"""What both reconcilers run on."""
